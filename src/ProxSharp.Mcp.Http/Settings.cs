using ProxSharp.Mcp.Policies;

namespace ProxSharp.Mcp.Http;

/// <summary>Reads what the command line names.</summary>
internal static class Settings
{
    /// <summary>Reads an address.</summary>
    /// <exception cref="SettingsException">It is none.</exception>
    public static Uri Address(string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? address)
        ? address
        : throw new SettingsException($"'{text}' is no address; write http://127.0.0.1:8790.");

    /// <summary>Reads the token from a file.</summary>
    /// <exception cref="SettingsException">It cannot be read, or is empty: a server without a token would let everybody in.</exception>
    public static string Token(string path)
    {
        try
        {
            // Whoever can read it can do what its holder may.
            return GuardFiles.ReadSecret(path) is { Length: > 0 } token ? token : throw new SettingsException($"The file {path} holds no token.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw new SettingsException($"The token cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The file with the contexts, where <c>prox</c> keeps it.</summary>
    public static string DefaultConfig() => Environment.GetEnvironmentVariable("PROX_CONFIG") is { Length: > 0 } chosen
        ? chosen
        : Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { } home && Path.IsPathRooted(home)
                ? home
                : Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "prox",
            "contexts.json");
}
