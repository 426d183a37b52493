using System.Security;

namespace ProxSharp.CodeGen.Docs;

/// <summary>Pieces of XML documentation.</summary>
internal static class DocText
{
    /// <summary>Escapes text for XML.</summary>
    public static string Escape(string text) => SecurityElement.Escape(text).Replace("&apos;", "'", StringComparison.Ordinal).Replace("&quot;", "\"", StringComparison.Ordinal);

    /// <summary>Returns a text as code.</summary>
    public static string Code(string text) => $"<c>{Escape(text)}</c>";

    /// <summary>Returns a list of alternatives as code: a, b or c.</summary>
    public static string Codes(IReadOnlyList<string> values)
    {
        IEnumerable<string> codes = values.Select(static value => value.Length == 0 ? "empty" : Code(value));
        return values.Count < 2 ? string.Concat(codes) : $"{string.Join(", ", codes.SkipLast(1))} or {codes.Last()}";
    }
}
