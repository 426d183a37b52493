using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ProxSharp.Conformance.Tests;

/// <summary>Compares answers: status line, heads, envelope, member names, types and texts, random parts masked.</summary>
internal sealed class AnswerComparer(string sample)
{
    private readonly List<string> _differences = [];

    public IReadOnlyList<string> Differences => _differences;

    public void Compare(IReadOnlyList<Answer> recorded, IReadOnlyList<Answer> live)
    {
        if (recorded.Count != live.Count)
        {
            _differences.Add($"{recorded.Count} answers recorded, {live.Count} live");
            return;
        }

        for (int i = 0; i < recorded.Count; i++)
        {
            Compare(recorded[i], live[i]);
        }
    }

    private void Compare(Answer recorded, Answer live)
    {
        Equal("status line", Masks.Apply(recorded.StatusLine), Masks.Apply(live.StatusLine));
        Equal("headers", Headers(recorded), Headers(live));
        if (Parse(recorded) is { } expected && Parse(live) is { } actual)
        {
            JsonComparer json = new(Preparations.IsByShape(sample));
            json.Compare("", expected, actual);
            _differences.AddRange(json.Differences);
        }
        else if (recorded.Header("Content-Type")?.StartsWith("text/html", StringComparison.Ordinal) == true)
        {
            // A page is for eyes; an HTML-escaped answer is text.
            Equal("page", Page(recorded), Page(live));
        }
        else
        {
            Equal("body", Lines(recorded), Lines(live));
        }
    }

    private static JsonNode? Parse(Answer answer)
    {
        try
        {
            return answer.Body.Length > 0 && answer.Header("Content-Type")?.StartsWith("application/json", StringComparison.Ordinal) == true ? JsonNode.Parse(answer.PlainBody) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Headers(Answer answer)
    {
        StringBuilder text = new();
        foreach ((string name, string value) in answer.Headers)
        {
            string shown = name switch
            {
                "Date" or "Expires" or "Content-Length" or "Sec-WebSocket-Accept" => "*",
                "Location" => new Uri(value).PathAndQuery,
                _ => Masks.Apply(value),
            };
            text.Append(CultureInfo.InvariantCulture, $"{name}: {shown}; ");
        }

        return text.ToString();
    }

    private static string Page(Answer answer) => answer.Text.StartsWith('<') ? "a page" : Lines(answer);

    // Perl writes members in random order.
    private static string Lines(Answer answer) =>
        string.Join('\n', Masks.Apply(answer.Text).Split(answer.Text.StartsWith("{&quot;", StringComparison.Ordinal) ? [',', '{', '}'] : ['\n']).Order(StringComparer.Ordinal));

    private void Equal(string what, string recorded, string live)
    {
        if (recorded != live)
        {
            _differences.Add($"{what}: recorded <{recorded}> live <{live}>");
        }
    }
}
