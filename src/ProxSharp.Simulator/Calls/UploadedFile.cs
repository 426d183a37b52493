namespace ProxSharp.Simulator.Calls;

/// <summary>A file that came by multipart upload; its bytes are counted and hashed, but not kept.</summary>
/// <param name="FileName">The name in the part's head.</param>
/// <param name="Length">The bytes of the file.</param>
/// <param name="Hash">Returns the lower-case hex digest for an algorithm name such as <c>sha256</c>; null if it was not computed.</param>
internal sealed record UploadedFile(string FileName, long Length, Func<string, string?> Hash);
