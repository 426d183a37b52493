namespace ProxSharp.Cli.Agents;

/// <summary>A file of the skill.</summary>
/// <param name="Path">Its path below the skill's folder.</param>
/// <param name="Text">What is in it.</param>
internal sealed record SkillFile(string Path, string Text);
