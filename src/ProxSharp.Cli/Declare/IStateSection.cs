using System.Text.Json;
using ProxSharp.Cli.Calls;

namespace ProxSharp.Cli.Declare;

/// <summary>A part of the file: how it is read from a cluster, and what has to be done to make the cluster as the file says.</summary>
internal interface IStateSection
{
    /// <summary>Its key in the file.</summary>
    string Name { get; }

    /// <summary>The calls that read it.</summary>
    IReadOnlyList<string> Reads { get; }

    /// <summary>The calls that change it.</summary>
    IReadOnlyList<string> Writes { get; }

    /// <summary>What shows all of it; null if everybody sees it, or is refused as a whole.</summary>
    StateSight? Sight { get; }

    /// <summary>Tells whether <c>--prune</c> takes away what a file does not name, among what <see cref="Sight"/> is about.</summary>
    /// <param name="wanted">The section of the file.</param>
    bool Prunes(JsonElement wanted) => true;

    /// <summary>Reads it from the cluster, in the form of the file; digests are among the members, and <c>now</c> holds what no file says.</summary>
    /// <param name="session">The cluster.</param>
    /// <param name="reading">What is wanted; it takes in what could not be read.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    Task<JsonElement> ReadAsync(ServerSession session, StateReading reading, CancellationToken cancellationToken);

    /// <summary>Compares the file with the cluster. Pure.</summary>
    /// <param name="wanted">The section of the file.</param>
    /// <param name="present">The section as it is.</param>
    /// <param name="wish">How far the file goes.</param>
    IEnumerable<StateChange> Compare(JsonElement wanted, JsonElement present, StateWish wish);
}
