from_file = "file"
from_auto = "file"
from_json = "file"
settings = {
  memory = 512
}
