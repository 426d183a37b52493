namespace ProxSharp.Simulator.Guests.Shell;

/// <summary>Finds the ends of what is quoted or nested.</summary>
internal static class ShellText
{
    /// <summary>The place of the closing double quote of the one at <paramref name="start"/>; negative if there is none.</summary>
    public static int EndOfQuoted(string text, int start)
    {
        for (int at = start + 1; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '\\':
                    at++;
                    break;
                case '"':
                    return at;
                case '$' when at + 1 < text.Length && text[at + 1] == '(':
                    at = EndOfParentheses(text, at + 1);
                    if (at < 0)
                    {
                        return -1;
                    }

                    break;
                default:
                    break;
            }
        }

        return -1;
    }

    /// <summary>The place of the parenthesis that closes the one at <paramref name="start"/>; negative if there is none.</summary>
    public static int EndOfParentheses(string text, int start)
    {
        int depth = 0;
        for (int at = start; at >= 0 && at < text.Length; at++)
        {
            switch (text[at])
            {
                case '\\':
                    at++;
                    break;
                case '\'':
                    at = text.IndexOf('\'', at + 1);
                    break;
                case '"':
                    at = EndOfQuoted(text, at);
                    break;
                case '(':
                    depth++;
                    break;
                case ')' when --depth == 0:
                    return at;
                default:
                    break;
            }

            if (at < 0)
            {
                return -1;
            }
        }

        return -1;
    }
}
