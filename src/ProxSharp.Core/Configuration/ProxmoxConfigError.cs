namespace ProxSharp.Configuration;

/// <summary>Something that is wrong in a configuration.</summary>
/// <param name="Place">Where, for example <c>clusters.production.endpoints[1]</c>, or the name of an environment variable.</param>
/// <param name="Message">What is wrong, as a sentence. It never repeats a text that may be a secret.</param>
public sealed record ProxmoxConfigError(string Place, string Message)
{
    /// <summary>Returns place and message.</summary>
    public override string ToString() => $"{Place}: {Message}";
}
