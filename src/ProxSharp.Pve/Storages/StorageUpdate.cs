using System.Collections.ObjectModel;
using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Storages;

/// <summary>A change of a storage's definition. Only what is set is sent.</summary>
public sealed record StorageUpdate
{
    /// <summary>What may be kept on it from now on.</summary>
    public IReadOnlyList<StorageContent>? Content { get; init; }

    /// <summary>The nodes that can use it. To allow all nodes again, delete the option <c>nodes</c>.</summary>
    public IReadOnlyList<NodeName>? Nodes { get; init; }

    /// <summary>Says whether all nodes see the same content.</summary>
    public bool? IsShared { get; init; }

    /// <summary>False keeps the definition but does not use it.</summary>
    public bool? IsEnabled { get; init; }

    /// <summary>Which backups are kept when pruning.</summary>
    public PruneBackups? Retention { get; init; }

    /// <summary>Limits in KiB/s for each kind of operation.</summary>
    public BwLimit? BandwidthLimit { get; init; }

    /// <summary>How many protected backups a guest may have; -1 for any number.</summary>
    public long? MaxProtectedBackups { get; init; }

    /// <summary>The new password for the server behind the storage. Never shown by <see cref="ToString"/>.</summary>
    public string? Password { get; init; }

    /// <summary>Options of the storage's kind to set, by wire name.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Options to return to their defaults, by wire name.</summary>
    public IReadOnlyList<string> Delete { get; init; } = [];

    /// <summary>The version of the configuration the change is meant for; the server refuses the change if somebody else was faster. Null does not check.</summary>
    public Digest? Digest { get; init; }

    /// <summary>Returns a short text; no option, since options may be secrets.</summary>
    public override string ToString() => "change of a storage's definition";

    internal ApiParameters ToParameters(StorageId id)
    {
        ApiParameters parameters = new ApiParameters().WithPath("storage", id.Value);
        StorageParameters.Write(parameters, Content, Nodes, IsShared, IsEnabled, Retention, BandwidthLimit, MaxProtectedBackups, Password, Options);
        parameters.Add("delete", Delete.Count > 0 ? WireValues.Join(Delete) : null);
        parameters.Add("digest", Digest?.ToString());
        return parameters;
    }
}
