namespace ProxSharp.CodeGen.Model;

/// <summary>Takes path templates apart.</summary>
internal static class ApiPath
{
    /// <summary>Returns the segments.</summary>
    public static string[] Segments(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Returns the segments that are no placeholders.</summary>
    public static IEnumerable<string> FixedSegments(string path) => Segments(path).Where(static segment => !segment.StartsWith('{'));

    /// <summary>Returns the names of the placeholders.</summary>
    public static IEnumerable<string> Placeholders(string path) => Segments(path).Where(static segment => segment.StartsWith('{')).Select(static segment => segment[1..^1]);

    /// <summary>Tells whether the path ends in a placeholder.</summary>
    public static bool EndsInPlaceholder(string path) => path.EndsWith('}');
}
