using System.Text;

namespace ProxSharp.Conformance.Tests.Pbs.Transcripts;

/// <summary>A body of a transcript. Transcripts keep the beginning of long ones only.</summary>
/// <param name="Start">The bytes that were kept.</param>
/// <param name="Length">How many bytes there were.</param>
internal sealed record TranscriptBody(byte[] Start, int Length)
{
    public static TranscriptBody Empty { get; } = new([], 0);

    public bool IsWhole => Start.Length == Length;

    public string Text => Encoding.UTF8.GetString(Start);

    /// <summary>Whether bytes begin as this body does.</summary>
    public bool Begins(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Start);
}
