namespace ProxSharp.Conformance.Tests.Pbs.Transcripts;

/// <summary>A request or an answer, at the place where its last byte was seen.</summary>
/// <param name="IsRequest">Whether the client sent it.</param>
/// <param name="Stream">The stream of HTTP/2, 0 for HTTP/1.1.</param>
/// <param name="StartLine">The first line of HTTP/1.1, empty for HTTP/2, where <c>:method</c>, <c>:path</c> and <c>:status</c> are headers.</param>
/// <param name="Headers">The headers in their order.</param>
/// <param name="Body">The body.</param>
internal sealed record TranscriptMessage(bool IsRequest, int Stream, string StartLine, IReadOnlyList<KeyValuePair<string, string>> Headers, TranscriptBody Body)
{
    public string Method => IsHttp1 ? StartLine.Split(' ')[0] : Header(":method")!;

    public string Target => IsHttp1 ? StartLine.Split(' ')[1] : Header(":path")!;

    public int Status => int.Parse(IsHttp1 ? StartLine.Split(' ')[1] : Header(":status")!, System.Globalization.CultureInfo.InvariantCulture);

    public bool IsHttp1 => Stream == 0;

    public string? Header(string name) => Headers.Where(header => header.Key == name).Select(static header => header.Value).FirstOrDefault();
}
