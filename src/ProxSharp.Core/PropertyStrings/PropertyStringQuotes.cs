using System.Text;

namespace ProxSharp.PropertyStrings;

/// <summary>Values in double quotes, as Proxmox Backup Server writes them: <c>offline,message="down, back at 10"</c>.</summary>
internal static class PropertyStringQuotes
{
    /// <summary>Finds the end of a quoted value.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">The place of the opening quote.</param>
    /// <returns>The place behind the closing quote; -1 if the value is not quoted, that is if no quote closes it before a comma or the end.</returns>
    public static int FindEnd(ReadOnlySpan<char> text, int start)
    {
        for (int i = start + 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                return i + 1 == text.Length || text[i + 1] == ',' ? i + 1 : -1;
            }
        }

        return -1;
    }

    /// <summary>Tells whether a whole value is in quotes.</summary>
    public static bool IsQuoted(string value) => value.Length > 1 && value[0] == '"' && FindEnd(value, 0) == value.Length;

    /// <summary>Returns what the quotes hold; a value without quotes as it is.</summary>
    public static string Unquote(string value)
    {
        if (!IsQuoted(value))
        {
            return value;
        }

        StringBuilder text = new(value.Length);
        for (int i = 1; i < value.Length - 1; i++)
        {
            if (value[i] == '\\')
            {
                i++;
                text.Append(value[i] == 'n' ? '\n' : value[i]);
            }
            else
            {
                text.Append(value[i]);
            }
        }

        return text.ToString();
    }

    /// <summary>Puts a value in quotes.</summary>
    public static string Quote(string value)
    {
        string escaped = value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        return $"\"{escaped.Replace("\n", @"\n", StringComparison.Ordinal)}\"";
    }
}
