using ProxSharp.Api;

namespace ProxSharp.Operations;

/// <summary>Lists as the servers read them: the one rule by which the guard takes them apart.</summary>
internal static class ItemLists
{
    /// <summary>
    /// Returns the items of a list. Whatever any server takes between two items separates them: commas, semicolons, all white space of Unicode, NUL and other
    /// control characters. One separator too many makes the guard stricter, one too few would hide an item from it.
    /// </summary>
    public static string[] Split(string list)
    {
        List<string> items = [];
        int start = 0;
        for (int i = 0; i <= list.Length; i++)
        {
            if (i < list.Length && !IsSeparator(list[i]))
            {
                continue;
            }

            if (i > start)
            {
                items.Add(list[start..i]);
            }

            start = i + 1;
        }

        return [.. items];
    }

    /// <summary>The names of what a change deletes.</summary>
    public static IEnumerable<string> Deleted(IEnumerable<ApiParameter> parameters) =>
        parameters.Where(static parameter => parameter.Name == "delete").SelectMany(static parameter => Split(parameter.Text));

    // Proxmox: Perl's \s, which knows the white space of Unicode in text that was decoded.
    private static bool IsSeparator(char character) => character is ',' or ';' || char.IsWhiteSpace(character) || char.IsControl(character);
}
