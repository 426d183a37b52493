namespace ProxSharp.Json;

/// <summary>The spellings of booleans that Proxmox servers accept and send.</summary>
public static class WireBoolean
{
    /// <summary>Reads a boolean; null if the text is none.</summary>
    /// <param name="text">1, on, yes, true, 0, off, no or false in any case; empty text is false.</param>
    public static bool? Parse(string? text) => text?.ToLowerInvariant() switch
    {
        "1" or "on" or "yes" or "true" => true,
        "0" or "off" or "no" or "false" or "" => false,
        _ => null,
    };
}
