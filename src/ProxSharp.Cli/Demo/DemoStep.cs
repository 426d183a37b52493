namespace ProxSharp.Cli.Demo;

/// <summary>One station of the tour.</summary>
/// <param name="Title">What the station is about.</param>
/// <param name="Words">What the viewer should notice.</param>
/// <param name="Commands">The command lines that run, without <c>prox</c>.</param>
internal sealed record DemoStep(string Title, string Words, params IReadOnlyList<DemoCommandLine> Commands);
