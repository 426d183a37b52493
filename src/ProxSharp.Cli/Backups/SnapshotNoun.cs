using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Backups;

/// <summary><c>prox backup snapshot</c>: the words of the official client for what has shorter ones too.</summary>
internal static class SnapshotNoun
{
    /// <summary>Builds it.</summary>
    public static Noun Build(RepositoryOptions repository)
    {
        Noun noun = new("snapshot", "Snapshots, by the words of proxmox-backup-client; each has a shorter form above.");
        return noun
            .Add(
                ListVerb.MakeSnapshots(repository, "list", "backup snapshot list"),
                FilesVerb.Make(repository, "backup snapshot files"),
                RemoveVerbs.Forget(repository, takesGroups: false),
                SnapshotVerbs.UploadLog(repository))
            .Add(
                NotesVerbs.Build(repository, "backup snapshot notes"),
                new Noun("protected", "Whether snapshots are protected from being removed.").Add(
                    SnapshotVerbs.ShowProtection(repository), SnapshotVerbs.UpdateProtection(repository)));
    }
}
