"""The week's playlists: a problem in, a plan or the reasons why there is none out. Pure: no clock, no I/O."""
