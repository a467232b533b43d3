"""Reports of citizens on the public pages: photos of a draft, storing, confirming, and what comes later."""
