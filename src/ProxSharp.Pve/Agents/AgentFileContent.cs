namespace ProxSharp.Pve.Agents;

/// <summary>A part of a file inside a guest.</summary>
/// <param name="Content">The bytes.</param>
/// <param name="IsTruncated">True if the file goes on.</param>
public sealed record AgentFileContent(ReadOnlyMemory<byte> Content, bool IsTruncated);
