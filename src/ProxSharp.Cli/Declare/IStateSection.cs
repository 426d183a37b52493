using System.Text.Json;
using ProxSharp.Cli.Calls;

namespace ProxSharp.Cli.Declare;

/// <summary>A part of the file: how it is read from a cluster, and what has to be done to make the cluster as the file says.</summary>
internal interface IStateSection
{
    /// <summary>Its key in the file.</summary>
    string Name { get; }

    /// <summary>Reads it from the cluster, in the form of the file; digests are among the members.</summary>
    /// <param name="session">The cluster.</param>
    /// <param name="wanted">The section of the file; undefined if all is wanted.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    Task<JsonElement> ReadAsync(ServerSession session, JsonElement wanted, CancellationToken cancellationToken);

    /// <summary>Compares the file with the cluster. Pure.</summary>
    /// <param name="wanted">The section of the file.</param>
    /// <param name="present">The section as it is.</param>
    /// <param name="prune">True if what the file does not name goes.</param>
    IEnumerable<StateChange> Compare(JsonElement wanted, JsonElement present, bool prune);
}
