using System.Text;

namespace ProxSharp.CodeGen.Emit;

/// <summary>Writes literals.</summary>
internal static class Literal
{
    /// <summary>Returns a string literal.</summary>
    public static string Text(string value)
    {
        StringBuilder text = new("\"");
        foreach (char c in value)
        {
            text.Append(c switch
            {
                '"' => "\\\"",
                '\\' => @"\\",
                < ' ' => $"\\u{(int)c:x4}",
                _ => c.ToString(),
            });
        }

        return text.Append('"').ToString();
    }

    /// <summary>Returns a UTF-8 literal.</summary>
    public static string Utf8(string value) => Text(value) + "u8";
}
