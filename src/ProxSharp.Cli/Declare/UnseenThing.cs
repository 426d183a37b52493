namespace ProxSharp.Cli.Declare;

/// <summary>A thing that may be there unseen.</summary>
/// <param name="Thing">What it is.</param>
/// <param name="Need">The privilege that shows it, and where: <c>VM.Audit on /vms/100</c>.</param>
internal sealed record UnseenThing(string Thing, string Need);
