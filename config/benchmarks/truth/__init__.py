"""Whether decisions are right: places drawn over all strata, judged by the law without anything of `routing`.

`world`, `ground` and `law` are the oracle; `spots`, `strata`, `meant`, `natural`, `drawing` and `pins` draw `cases`;
`asking` and `sentences` ask the product; `judging` and `tables` compare.
"""
