"""The cadastre: parcels, land use, ownership class, cadastral districts, and which parcel is where."""
