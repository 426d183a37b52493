using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Nouns;

/// <summary>A backup that becomes a guest: what it is a backup of, and the node where it is restored.</summary>
/// <param name="Kind">The kind of the guest.</param>
/// <param name="Archive">The backup: a volume, or anything else that the server understands; null if it is missing.</param>
/// <param name="Number">The number that was typed; null if the lowest free one is taken.</param>
internal sealed record RestoreSource(GuestKind Kind, string? Archive, string? Number)
{
    /// <summary>Makes sure that the backup is not one of the other kind, as far as its name tells.</summary>
    /// <exception cref="CliException">It is.</exception>
    public void CheckKind()
    {
        if (Archive is null || KindOf(Archive) is not { } kind || kind == Kind)
        {
            return;
        }

        string[] line = [kind.Noun(), "restore", Archive, .. new[] { Number }.OfType<string>()];
        throw CliException.Usage($"'{Archive}' is the backup of a {kind.One()}", $"Restore it as one: {PrintedCommands.Of(line)}");
    }

    /// <summary>Returns the node that was named; else that of the guest that is overwritten, the one that has the backup, or the only one there is.</summary>
    /// <exception cref="CliException">Several could be meant, or none has the backup.</exception>
    public async Task<string> NodeAsync(VerbRun run, EndpointBinding binding, bool overwrites, CancellationToken cancellationToken)
    {
        if (GuestMaking.NamedNode(run, binding) is { } named)
        {
            return named;
        }

        if (overwrites && Number is not null && await GuestMaking.FindAsync(run, Number, cancellationToken).ConfigureAwait(false) is { } old)
        {
            return old.Node;
        }

        int end = Archive?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (end > 0)
        {
            StorageNodes nodes = await StorageNodes.ReadAsync(run, Archive![..end], cancellationToken).ConfigureAwait(false);
            return nodes.IsApart ? await nodes.HolderAsync(run, Archive, cancellationToken).ConfigureAwait(false)
                : nodes.Ready.Count == 1 ? nodes.Ready[0]
                : throw CliException.Usage(
                    $"The backup can be restored on several nodes, and none is named: {string.Join(", ", nodes.Ready)}", "Choose one with --node");
        }

        return await GuestMaking.NodeAsync(run, binding, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes sure in a dry run that the guest does not run that is overwritten: the server is certain to refuse that.</summary>
    /// <exception cref="CliException">It runs.</exception>
    public async Task CheckStoppedAsync(VerbRun run, CancellationToken cancellationToken)
    {
        if (run.IsShown && Number is not null
            && await GuestMaking.FindAsync(run, Number, cancellationToken).ConfigureAwait(false) is { IsRunning: true } old)
        {
            throw new CliException(new CliError
            {
                Code = "conflict",
                ExitCode = ExitCodes.Conflict,
                Message = $"{GuestKinds.Title(old)}: it runs, and is overwritten only when it is stopped",
                Hint = $"Stop it first: {PrintedCommands.Of(Kind.Noun(), "stop", Number)}",
            });
        }
    }

    // Proxmox: vzdump names archives after the kind, and a backup server has its own word for each.
    private static GuestKind? KindOf(string archive)
    {
        string name = archive[(archive.IndexOf(':', StringComparison.Ordinal) + 1)..];
        return name.StartsWith("backup/ct/", StringComparison.Ordinal) || name.Contains("vzdump-lxc-", StringComparison.Ordinal) ? GuestKind.Container
            : name.StartsWith("backup/vm/", StringComparison.Ordinal) || name.Contains("vzdump-qemu-", StringComparison.Ordinal) ? GuestKind.Vm
            : null;
    }
}
