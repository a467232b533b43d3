"""Pages and what they load. Views translate between HTTP and the selectors and services below."""
