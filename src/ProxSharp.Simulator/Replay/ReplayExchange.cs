namespace ProxSharp.Simulator.Replay;

/// <summary>A recorded request and its answer.</summary>
/// <param name="Product">The product of the server.</param>
/// <param name="Verb">The HTTP verb.</param>
/// <param name="Path">The path, decoded.</param>
/// <param name="Parameters">The parameters in query and body, decoded.</param>
/// <param name="Status">The status of the answer.</param>
/// <param name="Reason">The text behind it.</param>
/// <param name="ContentType">The type of its body; null if it has none.</param>
/// <param name="Body">Its body; null if it was not recorded.</param>
internal sealed record ReplayExchange(
    ProxmoxProduct Product,
    string Verb,
    string Path,
    IReadOnlyList<KeyValuePair<string, string>> Parameters,
    int Status,
    string Reason,
    string? ContentType,
    byte[]? Body)
{
    private const string Mask = "***";

    /// <summary>Tells whether a request with other parameters would be this one: masked values match any.</summary>
    public bool Fits(IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        if (parameters.Count != Parameters.Count)
        {
            return false;
        }

        List<KeyValuePair<string, string>> left = [.. parameters];
        IEnumerable<KeyValuePair<string, string>> masked = Parameters.Where(static pair => IsMasked(pair.Value));
        foreach ((string name, string value) in Parameters.Where(static pair => !IsMasked(pair.Value)).Concat(masked))
        {
            bool isMasked = IsMasked(value);
            int at = left.FindIndex(pair => pair.Key == name && (isMasked || Same(pair.Value, value)));
            if (at < 0)
            {
                return false;
            }

            left.RemoveAt(at);
        }

        return true;
    }

    private static bool IsMasked(string value) => value.Contains(Mask, StringComparison.Ordinal);

    // Both spellings of a boolean mean the same.
    private static bool Same(string one, string other) => one == other || Flag(one) is { } flag && Flag(other) == flag;

    private static bool? Flag(string text) => text switch
    {
        "1" or "true" => true,
        "0" or "false" => false,
        _ => null,
    };
}
