using ProxSharp.Ids;

namespace ProxSharp.Pve.Guests;

/// <summary>A configuration that a guest's <c>Config</c> reads and writes.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface IGuestConfig<TSelf>
    where TSelf : GuestSettings, IGuestConfig<TSelf>
{
    /// <summary>What the server recognises this version of the configuration by; null for a snapshot's.</summary>
    Digest? Digest { get; }

    /// <summary>Why the guest is locked; null if it is not.</summary>
    string? Lock { get; }

    /// <summary>Makes a configuration of texts under wire names.</summary>
    /// <param name="values">The options.</param>
    /// <param name="digest">The digest of this version; null if it is unknown.</param>
    static abstract TSelf FromValues(IReadOnlyDictionary<string, string> values, Digest? digest);
}
