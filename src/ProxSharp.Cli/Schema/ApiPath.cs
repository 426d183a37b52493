using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Schema;

/// <summary>A path of the API as users type it.</summary>
internal static class ApiPath
{
    /// <summary>Brings a path to the form <c>/a/b</c>: users also type it without the first slash, with a last one, or with the API root.</summary>
    /// <exception cref="CliException">It cannot be a path.</exception>
    public static string Normalize(string text)
    {
        string path = text.Trim();
        foreach (string root in (string[])["/api2/json", "/api2/extjs", "api2/json"])
        {
            if (path.StartsWith(root, StringComparison.Ordinal) && (path.Length == root.Length || path[root.Length] == '/'))
            {
                path = path[root.Length..];
                break;
            }
        }

        path = "/" + path.Trim('/');
        string? fault = path switch
        {
            _ when path.Contains("://", StringComparison.Ordinal) => "it is an address",
            _ when path.Contains('?', StringComparison.Ordinal) => "parameters are given as key=value behind it",
            _ when path.Any(char.IsControl) => "it holds control characters",
            _ when path.Split('/').Any(static segment => segment is "." or "..") => "it holds '.' or '..'",
            _ when path.Length > 1 && path[1..].Split('/').Any(static segment => segment.Length == 0) => "it has an empty segment",
            _ => null,
        };
        return fault is null
            ? path
            : throw CliException.Usage($"'{text}' is no path of the API: {fault}", "A path looks like /nodes/pve1/qemu/100; see: prox api ls /");
    }
}
