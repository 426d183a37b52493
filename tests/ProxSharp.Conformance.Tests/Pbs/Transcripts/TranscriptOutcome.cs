namespace ProxSharp.Conformance.Tests.Pbs.Transcripts;

/// <summary>What came of a run.</summary>
internal sealed record TranscriptOutcome(int Compared, IReadOnlyList<string> Differences);
