using System.Text.RegularExpressions;

namespace ProxSharp.Conformance.Tests.Pbs.Transcripts;

/// <summary>Tells in what an answer differs from the recorded one, apart from times, random values and what another run left on the server.</summary>
internal static partial class AnswerRules
{
    // Of an index: type, and where its checksum begins behind id and time of its making.
    private const int IndexType = 8;
    public const int IndexChecksum = 32;

    // How many lines a log has by the time it is asked for is chance; there may be none behind those that were read.
    private static readonly string[] s_lines = ["\"n\":", "\"t\":"];

    public static IEnumerable<string> Compare(TranscriptMessage request, TranscriptMessage recorded, TranscriptAnswer live)
    {
        if (live.Status != recorded.Status)
        {
            yield return $"status {live.Status} instead of {recorded.Status}: {live.Text}";
            yield break;
        }

        if (live.ContentType?.Replace(" ", "", StringComparison.Ordinal) != recorded.Header("content-type"))
        {
            yield return $"content type {live.ContentType} instead of {recorded.Header("content-type")}";
        }

        if (live.ContentLength is not null != (recorded.Header("content-length") is not null) && !request.IsHttp1)
        {
            yield return $"length {live.ContentLength} instead of {recorded.Header("content-length")}";
        }

        if (Body(request, recorded.Body, live) is { } difference)
        {
            yield return difference;
        }

        // Of long bodies the transcript has the beginning, of chunks the golden files have all.
        if (ChunkPattern().Match(request.Target) is { Success: true } chunk && !live.Body.AsSpan().SequenceEqual(OfficialUploads.GoldenChunk(chunk.Groups[1].Value)))
        {
            yield return "the chunk has other content";
        }
    }

    private static string? Body(TranscriptMessage request, TranscriptBody recorded, TranscriptAnswer live) => request.Target switch
    {
        _ when recorded.Length == 0 => live.Body.Length == 0 ? null : "a body instead of none",

        // What the client wrote into its manifest was not kept; the indexes were made at another time.
        { } target when target.EndsWith("index.json.blob", StringComparison.Ordinal) => Same(recorded.Start.AsSpan(0, 8), live.Body.AsSpan(0, 8)),
        { } target when target.EndsWith("idx", StringComparison.Ordinal) && !target.StartsWith("/dynamic_index", StringComparison.Ordinal) && !target.StartsWith("/fixed_index", StringComparison.Ordinal) =>
            Same(recorded.Start.AsSpan(0, IndexType), live.Body.AsSpan(0, IndexType)) ?? Same(recorded.Start.AsSpan(IndexChecksum), live.Body.AsSpan(IndexChecksum, recorded.Start.Length - IndexChecksum))
            ?? (live.Body.Length == recorded.Length ? null : $"{live.Body.Length} bytes instead of {recorded.Length}"),

        // Which of several indexes gets which number is chance.
        { } target when target.Contains("_index?", StringComparison.Ordinal) => NumberPattern().IsMatch(live.Text) ? null : live.Text,
        _ when recorded.Start is [(byte)'{', ..] && IsOfItsTime(request.Target) => Names(recorded.Text).Except(Names(live.Text)).Except(s_lines).Order().FirstOrDefault() is { } missing ? $"no {missing} in {live.Text}" : null,
        _ => recorded.Begins(live.Body) && live.Body.Length == recorded.Length ? null : $"\"{live.Text[..Math.Min(live.Text.Length, 300)]}\" ({live.Body.Length}) instead of \"{recorded.Text}\" ({recorded.Length})",
    };

    // Logins and tasks are new, and a list tells what other runs left.
    private static bool IsOfItsTime(string target) =>
        target.EndsWith("/ticket", StringComparison.Ordinal) || target.EndsWith("/gc", StringComparison.Ordinal) || target.Contains("/tasks/", StringComparison.Ordinal)
        || target.EndsWith("/groups", StringComparison.Ordinal) || target.Contains("/snapshots?", StringComparison.Ordinal);

    private static HashSet<string> Names(string json) => [.. NamePattern().Matches(json).Select(static match => match.Value)];

    private static string? Same(ReadOnlySpan<byte> recorded, ReadOnlySpan<byte> live) =>
        recorded.SequenceEqual(live) ? null : $"{Convert.ToHexStringLower(live)} instead of {Convert.ToHexStringLower(recorded)}";

    [GeneratedRegex("^/chunk\\?digest=([0-9a-f]{64})$")]
    private static partial Regex ChunkPattern();

    [GeneratedRegex("\"[A-Za-z-]+\":")]
    private static partial Regex NamePattern();

    [GeneratedRegex("^{\"data\":[0-9]+}$")]
    private static partial Regex NumberPattern();
}
