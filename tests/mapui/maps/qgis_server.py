"""QGIS Server, started for each request as CGI, with a project that draws the outlines of parcels."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from urllib.parse import urlencode

from parcels.models import Parcel

QGIS = Path("/usr/lib/cgi-bin/qgis_mapserv.fcgi")
# With the authority's name alone QGIS draws in this system and in no other.
CRS = """<spatialrefsys><proj4>+proj=utm +zone=32 +ellps=GRS80 +towgs84=0,0,0,0,0,0,0 +units=m +no_defs</proj4>
<srsid>2105</srsid><srid>25832</srid><authid>EPSG:25832</authid><description>ETRS89 / UTM zone 32N</description>
<projectionacronym>utm</projectionacronym><ellipsoidacronym>EPSG:7019</ellipsoidacronym>
<geographicflag>false</geographicflag></spatialrefsys>"""
PROJECT = f"""<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.0" projectname="town">
  <title>Town</title>
  <projectCrs>{CRS}</projectCrs>
  <layer-tree-group>
    <layer-tree-layer id="parcels" name="parcels" providerKey="ogr" source="./parcels.geojson" checked="Qt::Checked"/>
  </layer-tree-group>
  <projectlayers>
    <maplayer type="vector" geometry="Polygon">
      <id>parcels</id><datasource>./parcels.geojson</datasource><layername>parcels</layername>
      <srs>{CRS}</srs>
      <provider encoding="UTF-8">ogr</provider>
      <renderer-v2 type="singleSymbol"><symbols><symbol type="fill" name="0"><layer class="SimpleLine" enabled="1">
        <prop k="line_color" v="138,75,0,255"/><prop k="line_width" v="1"/><prop k="line_width_unit" v="Pixel"/>
      </layer></symbol></symbols></renderer-v2>
    </maplayer>
  </projectlayers>
  <properties><WMSCrsList type="QStringList">
    <value>EPSG:3857</value><value>EPSG:25832</value><value>EPSG:4326</value>
  </WMSCrsList></properties>
</qgis>
"""


def project_write(folder: Path) -> Path:
    """The project and its data: the parcels that the database has now."""
    features = [
        {"type": "Feature", "properties": {}, "geometry": json.loads(parcel.geometry.json)}
        for parcel in Parcel.objects.filter(edition_to=None)
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}}
    collection = {"type": "FeatureCollection", "crs": crs, "features": features}
    (folder / "parcels.geojson").write_text(json.dumps(collection))
    project = folder / "town.qgs"
    project.write_text(PROJECT)
    return project


def qgis_answer(project: Path, query: dict[str, str]) -> tuple[str, bytes]:
    """Media type and body of its answer."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(project.parent),
        "QT_QPA_PLATFORM": "offscreen",
        "REQUEST_METHOD": "GET",
        "QUERY_STRING": urlencode({"MAP": str(project), **query}),
    }
    answer = subprocess.run([QGIS], env=environment, capture_output=True, check=True, timeout=60)
    head, _, body = answer.stdout.replace(b"\r\n\r\n", b"\n\n", 1).partition(b"\n\n")
    types = [
        line.partition(b":")[2].strip().decode()
        for line in head.splitlines()
        if line.lower().startswith(b"content-type:")
    ]
    return types[0], body
