from minprune.cli import main

raise SystemExit(main())
