using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Backups;

/// <summary>The noun <c>backup</c>: backups of files and disks on a backup server.</summary>
internal static class BackupNoun
{
    /// <summary>The word.</summary>
    public const string Name = "backup";

    /// <summary>Builds it.</summary>
    public static Noun Build()
    {
        RepositoryOptions repository = new();
        KeyOptions keys = new();
        Noun noun = new(Name, "Backups of files and disks on a Proxmox Backup Server: make, read, restore, compare, prune.")
        {
            Details =
                "Takes repositories and PBS_ variables as proxmox-backup-client does: PBS_REPOSITORY, PBS_PASSWORD, PBS_FINGERPRINT, PBS_ENCRYPTION_PASSWORD, "
                + "each also with _FILE, _CMD or _FD; PBS_SERVER, PBS_PORT, PBS_DATASTORE and PBS_AUTH_ID in place of PBS_REPOSITORY; PBS_NAMESPACE; "
                + "PROXMOX_OUTPUT_FORMAT where no -o is given. Of its command lines, with prox backup as the program's name, it understands backup, restore, list, "
                + "snapshot, group forget, prune, change-owner, catalog dump, key, benchmark, status, garbage-collect, version and --output-format (in the form of "
                + "prox); not mount, "
                + "map, unmap, login, logout, catalog shell, key show-master-pubkey, namespace and task, which are refused with what to "
                + "use instead. forget needs --yes where nobody can be asked. Snapshots are named host/web/2026-01-31T02:00:00Z, or host/web for the newest.",
        };
        return noun
            .Add(
                CreateVerb.Make(repository, keys),
                RestoreVerb.Make(repository),
                ListVerb.Make(repository),
                ListVerb.MakeSnapshots(repository, "snapshots", "backup snapshots"),
                BrowseVerbs.Ls(repository, keys),
                FilesVerb.Make(repository, "backup files"),
                BrowseVerbs.Cat(repository, keys),
                BrowseVerbs.Find(repository, keys),
                CompareVerb.Make(repository, keys),
                RemoveVerbs.Prune(repository),
                RemoveVerbs.Forget(repository),
                VerifyVerb.Make(repository, keys),
                SnapshotVerbs.Protect(repository, isProtected: true),
                SnapshotVerbs.Protect(repository, isProtected: false),
                SnapshotVerbs.UploadLog(repository),
                SnapshotVerbs.ChangeOwner(repository),
                BenchmarkVerb.Make(repository),
                StoreVerbs.Status(repository),
                StoreVerbs.GarbageCollect(repository),
                StoreVerbs.Version(repository))
            .Add(NotesVerbs.Build(repository, "backup notes"), SnapshotNoun.Build(repository), CatalogNoun.Build(repository, keys), KeyNoun.Build());
    }
}
