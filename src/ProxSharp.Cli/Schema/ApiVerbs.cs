using ProxSharp.Api;

namespace ProxSharp.Cli.Schema;

/// <summary>The words of the command line for the four verbs.</summary>
internal static class ApiVerbs
{
    /// <summary>All words in the order of help.</summary>
    public static readonly string[] Words = ["get", "create", "set", "delete"];

    /// <summary>Returns the word of a verb.</summary>
    public static string Word(ApiMethod method) => method switch
    {
        ApiMethod.Get => "get",
        ApiMethod.Post => "create",
        ApiMethod.Put => "set",
        _ => "delete",
    };

    /// <summary>Reads a word, or the verb of HTTP.</summary>
    public static bool TryParse(string word, out ApiMethod method)
    {
        int index = Array.IndexOf(Words, word.ToLowerInvariant());
        method = index switch
        {
            1 => ApiMethod.Post,
            2 => ApiMethod.Put,
            3 => ApiMethod.Delete,
            _ => ApiMethod.Get,
        };
        return index >= 0 || ApiMethods.TryParse(word, out method);
    }
}
