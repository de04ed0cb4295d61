package deploy_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

type service struct {
	Image       string            `yaml:"image"`
	Build       string            `yaml:"build"`
	User        string            `yaml:"user"`
	Restart     string            `yaml:"restart"`
	ReadOnly    bool              `yaml:"read_only"`
	CapDrop     []string          `yaml:"cap_drop"`
	CapAdd      []string          `yaml:"cap_add"`
	SecurityOpt []string          `yaml:"security_opt"`
	Tmpfs       []string          `yaml:"tmpfs"`
	Ports       []string          `yaml:"ports"`
	Networks    []string          `yaml:"networks"`
	NetworkMode string            `yaml:"network_mode"`
	Volumes     []string          `yaml:"volumes"`
	Command     []string          `yaml:"command"`
	EnvFile     []string          `yaml:"env_file"`
	Environment map[string]string `yaml:"environment"`
	Deploy      struct {
		Replicas int `yaml:"replicas"`
	} `yaml:"deploy"`
	DependsOn map[string]struct {
		Condition string `yaml:"condition"`
	} `yaml:"depends_on"`
	Healthcheck *struct {
		Test []string `yaml:"test"`
	} `yaml:"healthcheck"`
}

type composition struct {
	Services map[string]service `yaml:"services"`
	Networks map[string]struct {
		Internal bool `yaml:"internal"`
		IPAM     struct {
			Config []struct {
				Subnet string `yaml:"subnet"`
			} `yaml:"config"`
		} `yaml:"ipam"`
	} `yaml:"networks"`
	Volumes map[string]any `yaml:"volumes"`
}

func compose(t *testing.T) composition {
	t.Helper()
	var c composition
	if err := yaml.Unmarshal(read(t, "../docker-compose.yml"), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// ends tells whether a service does one thing and ends.
func (s service) ends() bool { return s.Restart == "no" }

func TestServices(t *testing.T) {
	c := compose(t)
	want := []string{"bucket", "folders", "migrate", "minio", "postgres", "proxy", "valkey", "web", "work"}
	var names []string
	for name := range c.Services {
		names = append(names, name)
	}
	slices.Sort(names)
	if !slices.Equal(names, want) {
		t.Fatalf("services %v; want %v", names, want)
	}
	if c.Services["web"].Deploy.Replicas != 2 {
		t.Errorf("%d web servers; want 2", c.Services["web"].Deploy.Replicas)
	}
	commands := string(read(t, "../cmd/seedbed/main.go"))
	for _, name := range []string{"web", "work", "migrate"} {
		command := c.Services[name].Command
		if len(command) != 1 || command[0] != name || !strings.Contains(commands, `Use: "`+name+`"`) {
			t.Errorf("%s runs %v, which the program does not know", name, command)
		}
	}
	if command := strings.Join(c.Services["valkey"].Command, " "); !strings.Contains(command, "--appendonly yes --appendfsync everysec") {
		t.Errorf("valkey does not keep its queue: %s", command)
	}
}

func TestEveryContainerIsHardened(t *testing.T) {
	tag := regexp.MustCompile(`^[a-z/-]+:[A-Za-z0-9._-]*[0-9]+[._-][0-9][A-Za-z0-9._-]*$`) // at least major.minor
	for name, s := range compose(t).Services {
		if !s.ReadOnly || !slices.Contains(s.CapDrop, "ALL") || !slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
			t.Errorf("%s: read_only %v, cap_drop %v, security_opt %v", name, s.ReadOnly, s.CapDrop, s.SecurityOpt)
		}
		if s.Build == "" && !tag.MatchString(s.Image) {
			t.Errorf("%s: image %q is not pinned", name, s.Image)
		}
		if name == "folders" { // the one root: it may give one folder away, has no network and ends
			if s.User != "0:0" || !slices.Equal(s.CapAdd, []string{"CHOWN"}) || s.NetworkMode != "none" || !s.ends() {
				t.Errorf("folders can do more than it must: %+v", s)
			}
			continue
		}
		if !regexp.MustCompile(`^[1-9][0-9]*:[1-9][0-9]*$`).MatchString(s.User) {
			t.Errorf("%s: runs as %q", name, s.User)
		}
		if len(s.CapAdd) > 0 || len(s.Tmpfs) == 0 {
			t.Errorf("%s: cap_add %v, tmpfs %v", name, s.CapAdd, s.Tmpfs)
		}
		if s.ends() {
			continue
		}
		if s.Restart != "unless-stopped" || s.Healthcheck == nil || len(s.Healthcheck.Test) < 2 {
			t.Errorf("%s: restart %q, healthcheck %v", name, s.Restart, s.Healthcheck)
		}
	}
}

func TestOnlyTheProxyIsReached(t *testing.T) {
	c := compose(t)
	for name, s := range c.Services {
		if (len(s.Ports) > 0) != (name == "proxy") {
			t.Errorf("%s publishes %v", name, s.Ports)
		}
		if slices.Contains(s.Networks, "front") != (name == "proxy" || name == "web") {
			t.Errorf("%s is on %v: its address would be believed as the proxy's", name, s.Networks)
		}
	}
	for _, name := range []string{"minio", "postgres", "valkey", "bucket", "migrate"} {
		if !slices.Equal(c.Services[name].Networks, []string{"store"}) {
			t.Errorf("%s is on %v", name, c.Services[name].Networks)
		}
	}
	if !c.Networks["store"].Internal {
		t.Error("the stores' network has a way out")
	}
	if slices.Contains(c.Services["proxy"].Networks, "store") {
		t.Error("the proxy reaches the stores")
	}
	if config := c.Networks["front"].IPAM.Config; len(config) != 1 || config[0].Subnet != c.Services["web"].Environment["SEEDBED_PROXIES"] {
		t.Errorf("the proxies that are believed are %q; the proxy's network is %v", c.Services["web"].Environment["SEEDBED_PROXIES"], config)
	}
}

func TestReferencesMeet(t *testing.T) {
	c := compose(t)
	for name, s := range c.Services {
		for other, d := range s.DependsOn {
			o, ok := c.Services[other]
			if !ok || (d.Condition == "service_completed_successfully") != o.ends() || (d.Condition == "service_healthy") != (o.Healthcheck != nil) {
				t.Errorf("%s waits for %s to be %s", name, other, d.Condition)
			}
		}
		for _, volume := range s.Volumes {
			from, _, _ := strings.Cut(volume, ":")
			if _, err := os.Stat(filepath.Join("..", from)); strings.HasPrefix(from, "./") && err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if _, ok := c.Volumes[from]; !strings.HasPrefix(from, "./") && !ok {
				t.Errorf("%s mounts the unknown volume %s", name, from)
			}
		}
	}
}

func TestEverySettingIsKnown(t *testing.T) {
	known := map[string]bool{}
	for _, m := range regexp.MustCompile(`env:"(SEEDBED_[A-Z0-9_]+)"`).FindAllSubmatch(read(t, "../cmd/seedbed/config.go"), -1) {
		known[string(m[1])] = true
	}
	if len(known) < 10 {
		t.Fatalf("only %d settings found in cmd/seedbed/config.go", len(known))
	}
	files := []string{"../docker-compose.yml", "../Dockerfile", "secrets.sh", "bucket.sh", "healthy.sh", "tls.yml", "postgres/roles.sh"}
	used := 0
	for _, file := range files {
		for _, name := range regexp.MustCompile(`SEEDBED_[A-Z0-9_]+`).FindAllString(string(read(t, file)), -1) {
			used++
			if !known[name] {
				t.Errorf("%s sets %s, which the program refuses", file, name)
			}
		}
	}
	if used < 10 {
		t.Errorf("only %d settings are used", used)
	}
}

// makeSecrets runs secrets.sh in a copy of what docker compose reads and gives the copy's folder.
func makeSecrets(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, file := range []string{"docker-compose.yml", "Dockerfile", "deploy/secrets.sh"} {
		to := filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, read(t, filepath.Join("..", file)), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("sh", filepath.Join(dir, "deploy/secrets.sh"), "https://seedbed.example").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir
}

func TestSecrets(t *testing.T) {
	dir := makeSecrets(t)
	for name, s := range compose(t).Services {
		for _, file := range s.EnvFile {
			info, err := os.Stat(filepath.Join(dir, file))
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %s: %v, %v", name, file, info, err)
			}
		}
	}
	app := read(t, filepath.Join(dir, "deploy/secrets/app.env"))
	if !regexp.MustCompile(`(?m)^SEEDBED_SECRET=[0-9a-f]{64}$`).Match(app) || !bytes.Contains(app, []byte("SEEDBED_PUBLIC_URL=https://seedbed.example\n")) {
		t.Errorf("app.env:\n%s", app)
	}
	owner := regexp.MustCompile(`POSTGRES_PASSWORD=([0-9a-f]{64})`).FindSubmatch(read(t, filepath.Join(dir, "deploy/secrets/postgres.env")))
	if owner == nil || bytes.Contains(app, owner[1]) {
		t.Error("the web servers know the password of the tables' owner")
	}
	if out, err := exec.Command("sh", filepath.Join(dir, "deploy/secrets.sh")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if !bytes.Equal(app, read(t, filepath.Join(dir, "deploy/secrets/app.env"))) {
		t.Error("a second run changed the secrets: what is stored could not be read again")
	}
}

func TestDockerComposeAgrees(t *testing.T) {
	if err := exec.Command("docker", "compose", "version").Run(); err != nil {
		t.Skip("docker compose is not here; the other tests have read the file themselves")
	}
	dir := makeSecrets(t)
	out, err := exec.Command("docker", "compose", "-f", filepath.Join(dir, "docker-compose.yml"), "config", "--quiet").CombinedOutput()
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func TestDockerfileIsForAnOrdinaryUser(t *testing.T) {
	text := string(read(t, "../Dockerfile"))
	stages := regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllStringSubmatch(text, -1)
	if len(stages) != 2 || !strings.Contains(text, "CGO_ENABLED=0") || !regexp.MustCompile(`(?m)^USER [1-9][0-9]*:[1-9][0-9]*$`).MatchString(text) {
		t.Errorf("%d stages", len(stages))
	}
	for _, stage := range stages {
		if !regexp.MustCompile(`:[0-9]+\.[0-9]+`).MatchString(stage[1]) {
			t.Errorf("image %s is not pinned", stage[1])
		}
	}
	if asked := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(string(read(t, "../go.mod"))); asked == nil || !strings.Contains(stages[0][1], "golang:"+asked[1]+".") {
		t.Errorf("the image builds with %s; go.mod asks for %v", stages[0][1], asked)
	}
	if user := compose(t).Services["web"].User; !strings.Contains(text, "USER "+user) {
		t.Error(fmt.Sprint("the composition runs as another user: ", user))
	}
}
