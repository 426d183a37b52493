using System.Text;

namespace ProxSharp.Conformance.Tests.Pbs.Transcripts;

/// <summary>What the simulator answered.</summary>
internal sealed record TranscriptAnswer(int Status, string? ContentType, long? ContentLength, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);
}
