namespace ProxSharp.Json;

/// <summary>
/// A value from a set of words that servers may extend, for example a guest's status. It is backed by its text, so a word that a newer
/// server invents is kept.
/// </summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface IApiWord<TSelf>
    where TSelf : struct, IApiWord<TSelf>
{
    /// <summary>The word as it travels.</summary>
    string Value { get; }

    /// <summary>Makes a value of a word.</summary>
    static abstract TSelf FromWire(string value);
}
