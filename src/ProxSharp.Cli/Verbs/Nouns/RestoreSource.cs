using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Terminal;
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

    /// <summary>Finds the guest that is overwritten; null if there is none of that number.</summary>
    /// <exception cref="CliException">It is one of the other kind, which is never overwritten.</exception>
    public async Task<GuestSummary?> OverwrittenAsync(VerbRun run, CancellationToken cancellationToken)
    {
        GuestSummary? old = Number is null ? null : await GuestMaking.FindAsync(run, Number, cancellationToken).ConfigureAwait(false);
        return old is null || Kind.Includes(old)
            ? old
            : throw Conflict(
                $"{GuestKinds.Title(old)} on {old.Node} is no {Kind.One()}, and is not overwritten by one",
                "Give another number, or none for the lowest free one");
    }

    /// <summary>Returns the node that was named; else that of the guest that is overwritten, the one that has the backup, or the only one there is.</summary>
    /// <exception cref="CliException">Several could be meant, or none has the backup.</exception>
    public async Task<string> NodeAsync(VerbRun run, EndpointBinding binding, GuestSummary? old, CancellationToken cancellationToken)
    {
        if (GuestMaking.NamedNode(run, binding) is { } named)
        {
            await CheckNodeAsync(run, named, old, cancellationToken).ConfigureAwait(false);
            return named;
        }

        if (old is not null)
        {
            return old.Node;
        }

        if (Storage is null)
        {
            return await GuestMaking.NodeAsync(run, binding, cancellationToken).ConfigureAwait(false);
        }

        StorageNodes nodes = await StorageNodes.ReadAsync(run, Storage, cancellationToken).ConfigureAwait(false);
        return nodes.IsApart ? await nodes.HolderAsync(run, Archive!, cancellationToken).ConfigureAwait(false)
            : nodes.Ready.Count == 1 ? nodes.Ready[0]
            : throw CliException.Usage(
                $"The backup can be restored on several nodes, and none is named: {string.Join(", ", nodes.Ready)}", "Choose one with --node");
    }

    /// <summary>Makes sure in a dry run that the node has the storages it needs: the server is certain to refuse the restore otherwise.</summary>
    /// <param name="run">The run.</param>
    /// <param name="node">The node.</param>
    /// <param name="target">The storage for the disks; null if none was named.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">It lacks one of them.</exception>
    public async Task CheckStoragesAsync(VerbRun run, string node, string? target, CancellationToken cancellationToken)
    {
        if (!run.IsShown)
        {
            return;
        }

        if (target is not null)
        {
            (await StorageNodes.ReadAsync(run, target, cancellationToken).ConfigureAwait(false)).CheckNode(node);
        }

        if (Storage is not null)
        {
            await CheckVolumeAsync(run, node, Storage, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes sure that the guest that is overwritten is neither protected nor runs: the server is certain to refuse that, in the task alone.</summary>
    /// <param name="run">The run.</param>
    /// <param name="old">The guest that is overwritten; null for none.</param>
    /// <param name="path">The path of the call that overwrites it.</param>
    /// <param name="parameters">The parameters of that call.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">It is protected, it runs, or a rule of the context is against the call.</exception>
    public async Task CheckOverwritableAsync(VerbRun run, GuestSummary? old, string path, ApiParameters parameters, CancellationToken cancellationToken)
    {
        if (old is null)
        {
            return;
        }

        // Nobody is told to stop a guest that must not be overwritten in any case.
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        await session.CheckAsync(run.IsShown, ApiMethod.Post, path, parameters, cancellationToken).ConfigureAwait(false);

        string guest = $"/nodes/{Uri.EscapeDataString(old.Node)}/{Kind.Segment()}/{old.Id}";
        JsonElement config = (await session.GetAsync($"{guest}/config", null, cancellationToken).ConfigureAwait(false)).Data;
        if (config.TryGetProperty("protection", out JsonElement protection) && protection.ToString() == "1")
        {
            throw Conflict(
                $"{GuestKinds.Title(old)}: it is protected, and is not overwritten",
                $"Give up the protection first: {PrintedCommands.Of(Kind.Noun(), "set", old.Id.ToString(), "--delete", "protection")}");
        }

        // Proxmox: the list of guests is some seconds old; who has just stopped it must not be refused.
        JsonElement state = (await session.GetAsync($"{guest}/status/current", null, cancellationToken).ConfigureAwait(false)).Data;
        if (state.TryGetProperty("status", out JsonElement status) && status.ValueEquals("running"))
        {
            throw Conflict(
                $"{GuestKinds.Title(old)}: it runs, and is overwritten only when it is stopped",
                $"Stop it first: {PrintedCommands.Of(Kind.Noun(), "stop", old.Id.ToString())}");
        }
    }

    private string? Storage => Archive?.IndexOf(':', StringComparison.Ordinal) is > 0 and var end ? Archive[..end] : null;

    private static async Task CheckNodeAsync(VerbRun run, string node, GuestSummary? old, CancellationToken cancellationToken)
    {
        if (old is not null && old.Node != node)
        {
            throw Conflict($"{GuestKinds.Title(old)} is on {old.Node} and is not overwritten on {node}", $"Write --node {old.Node}, or leave the option out");
        }

        await GuestMaking.CheckNodeAsync(run, node, cancellationToken).ConfigureAwait(false);
    }

    // What is on another node is seen there, so that it is certain; what is not seen at all may only be hidden.
    private async Task CheckVolumeAsync(VerbRun run, string node, string storage, CancellationToken cancellationToken)
    {
        StorageNodes nodes = await StorageNodes.ReadAsync(run, storage, cancellationToken).ConfigureAwait(false);
        if (!nodes.Has(node))
        {
            throw Failing($"the node {node} does not have the storage '{storage}' of the backup", nodes.Ready);
        }

        IReadOnlyList<string> holders = nodes.IsApart
            ? await nodes.SeenHoldersAsync(run, Archive!, cancellationToken).ConfigureAwait(false)
            : [node];
        if (holders.Count == 0)
        {
            run.Command.Warn(TextCells.Visible($"no backup '{Archive}' is to be seen on any node"));
        }
        else if (!holders.Contains(node))
        {
            throw Failing($"the backup '{Archive}' is not on {node}", holders);
        }
    }

    // The server finds out in the task alone.
    private static CliException Failing(string reason, IReadOnlyList<string> nodes) => new(new CliError
    {
        Code = "task_failed",
        ExitCode = ExitCodes.TaskFailed,
        Message = $"The restore would fail: {reason}",
        Hint = $"It is on: {string.Join(", ", nodes)}",
    });

    private static CliException Conflict(string message, string hint) =>
        new(new CliError { Code = "conflict", ExitCode = ExitCodes.Conflict, Message = message, Hint = hint });

    // Proxmox: vzdump names archives after the kind, and a backup server has its own word for each.
    private static GuestKind? KindOf(string archive)
    {
        string name = archive[(archive.IndexOf(':', StringComparison.Ordinal) + 1)..];
        return name.StartsWith("backup/ct/", StringComparison.Ordinal) || name.Contains("vzdump-lxc-", StringComparison.Ordinal) ? GuestKind.Container
            : name.StartsWith("backup/vm/", StringComparison.Ordinal) || name.Contains("vzdump-qemu-", StringComparison.Ordinal) ? GuestKind.Vm
            : null;
    }
}
