using System.Text.Json;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Agents;

/// <summary>Makes sure, before anything is made, that what a token is to have rights on exists.</summary>
internal static class AgentPlaces
{
    /// <summary>Checks the paths of a grant. What the caller cannot see is not asked for.</summary>
    /// <exception cref="CliException">One of them does not exist.</exception>
    public static async Task CheckAsync(ServerSession session, IEnumerable<AgentEntry> entries, CancellationToken cancellationToken)
    {
        foreach (string path in entries.Select(static entry => entry.Path))
        {
            string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length > 1 && Kind(parts, session.Context.Product == ProxmoxProduct.BackupServer) is { } kind
                && !(await NamesAsync(session, kind, cancellationToken).ConfigureAwait(false)).Contains(kind.Name)
                && await SeesAsync(session, kind, cancellationToken).ConfigureAwait(false))
            {
                throw new CliException(new CliError
                {
                    Code = "not_found",
                    ExitCode = ExitCodes.NotFound,
                    Message = $"There is no {kind.Word} {kind.Name} to give rights on; nothing was made",
                    Hint = $"See what there is: prox api get {kind.List}",
                });
            }
        }
    }

    private static Place? Kind(string[] parts, bool isBackup) => parts[0] switch
    {
        "datastore" when isBackup => new("datastore", "/admin/datastore", "store", parts[1], $"/datastore/{parts[1]}", "Datastore.Audit"),
        "vms" => new("guest", "/cluster/resources", "vmid", parts[1], $"/vms/{parts[1]}", "VM.Audit"),
        "storage" => new("storage", "/storage", "storage", parts[1], $"/storage/{parts[1]}", "Datastore.Audit"),
        "pool" => new("pool", "/pools", "poolid", string.Join('/', parts[1..]), $"/{string.Join('/', parts)}", "Pool.Audit"),
        _ => null,
    };

    private static async Task<IReadOnlyCollection<string>> NamesAsync(ServerSession session, Place kind, CancellationToken cancellationToken)
    {
        JsonElement items = (await session.GetAsync(kind.List, null, cancellationToken).ConfigureAwait(false)).Data;
        return items.EnumerateArray().Where(item => item.TryGetProperty(kind.Member, out _))
            .Select(item => item.GetProperty(kind.Member).ToString()).ToHashSet(StringComparer.Ordinal);
    }

    // Lists leave out what the caller may not see.
    private static async Task<bool> SeesAsync(ServerSession session, Place kind, CancellationToken cancellationToken)
    {
        JsonElement own = (await session.GetAsync("/access/permissions", new() { { "path", kind.Path } }, cancellationToken).ConfigureAwait(false)).Data;
        return AgentRights.Read(own, kind.Path).Contains(kind.Privilege);
    }

    private sealed record Place(string Word, string List, string Member, string Name, string Path, string Privilege);
}
