namespace ProxSharp.Operations.Plans;

/// <summary>A file that a planned call sends. The plan is bound to its content.</summary>
/// <param name="Path">Where it is on this machine.</param>
/// <param name="FileName">The name the server stores it under.</param>
public sealed record PlanUpload(string Path, string FileName);
