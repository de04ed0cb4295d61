// Package embedded runs the machine's own PostgreSQL as our child, so a house on one machine needs no database
// administrator: one folder, one Unix socket nobody else can open, and a server that ends when we end, even by kill -9.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"seedbed/domain/fault"
)

// Owner is both the superuser and the database that a new cluster starts with.
const Owner = "seedbed"

// Options of Start.
type Options struct {
	Dir  string       // everything PostgreSQL keeps; "" is a new folder under /tmp that goes with the server, for tests
	Log  *slog.Logger // told of the start, the stop and a death; nil is quiet
	Fast bool         // no fsync: for tests only, a power cut destroys the data
}

// Server is a running PostgreSQL.
type Server struct {
	options Options
	bin     string
	account account
	socket  string // the folder of the Unix socket
	lock    *os.File
	child   *child
	passing bool // the folder goes with the server
}

// patience bounds a start whose caller set no deadline; crash recovery of a large cluster is the slow case.
const patience = 2 * time.Minute

// Start runs PostgreSQL on a folder, making the cluster and the database if there are none. A folder that another
// start already uses is refused with a plain sentence. Started as root, PostgreSQL runs as the user who owns the
// cluster, else as postgres, else as nobody: it refuses to run as root itself.
func Start(ctx context.Context, o Options) (*Server, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{options: o}
	if err := s.start(ctx); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func (s *Server) start(ctx context.Context) error {
	err := s.openFolder()
	if err != nil {
		return err
	}
	if s.lock, err = claim(ctx, s.options.Dir); err != nil {
		return err
	}
	if s.bin, err = find(clusterVersion(s.data())); err != nil {
		return err
	}
	if err := s.makeCluster(ctx); err != nil {
		return err
	}
	if err := checkPID(s.data()); err != nil {
		return err
	}
	if s.socket, err = s.account.socketFolder(); err != nil {
		return err
	}
	if err := remember(s.lock, s.socket); err != nil {
		return err
	}
	return s.run(ctx)
}

// URL is the address of the house's database.
func (s *Server) URL() string { return s.address(Owner) }

func (s *Server) address(database string) string {
	// The port names the socket's file; both are spelled out so that a PGPORT or PGSSLMODE around us changes nothing.
	return "postgres://" + Owner + "@/" + database + "?host=" + url.QueryEscape(s.socket) + "&port=5432&sslmode=disable"
}

// Stop ends PostgreSQL cleanly: sessions are cut, a checkpoint is written. It may be called more than once.
func (s *Server) Stop() {
	if s.child != nil && s.child.stop() {
		s.options.Log.Info("postgresql stopped")
	}
	if s.socket != "" {
		dropSocket(s.socket)
	}
	if s.lock != nil {
		s.lock.Close()
	}
	if s.passing {
		os.RemoveAll(s.options.Dir)
	}
}

func (s *Server) data() string { return filepath.Join(s.options.Dir, "data") }

func (s *Server) run(ctx context.Context) error {
	log, err := s.openLog()
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := s.command("postgres", s.settings()...)
	cmd.Stdout, cmd.Stderr = log, log
	// The lock's descriptor goes along: after kill -9 of us the folder stays claimed until the last backend has left.
	cmd.ExtraFiles = []*os.File{s.lock}
	if s.child, err = launch(cmd); err != nil {
		return fmt.Errorf("start %s as %s: %w", cmd.Path, s.account.name, err)
	}
	if err := s.await(ctx); err != nil {
		return err
	}
	s.options.Log.InfoContext(ctx, "postgresql ready", "dir", s.options.Dir, "bin", s.bin, "user", s.account.name)
	go s.watch()
	return nil
}

// watch tells the log of a death nobody asked for; pages answer "busy" until the program is started again.
func (s *Server) watch() {
	<-s.child.done
	if !s.child.asked() {
		s.options.Log.Error("postgresql ended by itself", "error", s.child.err, "log", s.logPath())
	}
}

// await connects until the server answers, and makes the database on the way if the cluster is new.
func (s *Server) await(ctx context.Context) error {
	for {
		err := s.touch(ctx, Owner, "")
		if pe, ok := errors.AsType[*pgconn.PgError](err); ok && pe.Code == "3D000" {
			err = s.touch(ctx, "postgres", "create database "+Owner)
		}
		if err == nil {
			return nil
		}
		select {
		case <-s.child.done:
			return fault.Wrap(s.lastWords(s.child.err), fault.Internal,
				"数据库没有启动起来。原因写在 %s 的末尾，请看一看或发给技术人员", s.logPath())
		case <-ctx.Done():
			return fault.Wrap(s.lastWords(err), fault.Busy,
				"数据库过了很久还没有准备好。它可能正在修复上次意外断电留下的数据，请过几分钟再启动一次；进展写在 %s", s.logPath())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// touch opens one connection and runs one statement if given.
func (s *Server) touch(ctx context.Context, database, sql string) error {
	conn, err := pgconn.Connect(ctx, s.address(database))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if sql == "" {
		return nil
	}
	_, err = conn.Exec(ctx, sql).ReadAll()
	return err
}

// settings are given on the command line rather than in postgresql.conf, so a newer program brings newer settings.
func (s *Server) settings() []string {
	all := []string{
		"listen_addresses=", // the Unix socket is the only door
		"unix_socket_directories=" + s.socket,
		"unix_socket_permissions=0700",
		"port=5432",
		"max_connections=200",
		"timezone=Asia/Shanghai",
		"log_timezone=Asia/Shanghai",
		"logging_collector=off",
		"log_checkpoints=off",
		// Failed statements and the detail of constraint errors quote what people typed; the log must not keep that.
		"log_error_verbosity=terse",
		"log_min_error_statement=panic",
	}
	if s.options.Fast {
		all = append(all, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	args := []string{"-D", s.data()}
	for _, setting := range all {
		args = append(args, "-c", setting)
	}
	return args
}

// command prepares a PostgreSQL program under the right account, with nothing of our environment (it holds secrets).
func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = s.options.Dir
	cmd.Env = []string{"PATH=" + s.bin + ":/usr/bin:/bin", "LC_ALL=" + locale, "TZ=Asia/Shanghai"}
	s.account.apply(cmd)
	return cmd
}
