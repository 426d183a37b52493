using System.Reflection;

namespace ProxSharp.Cli;

/// <summary>The version of the tool.</summary>
internal static class ToolVersion
{
    /// <summary>For example <c>0.1.0</c>, without the commit.</summary>
    public static string Text { get; } = Read().Split('+')[0];

    /// <summary>The commit the tool was built from; null if it was built outside a repository.</summary>
    public static string? Commit { get; } = Read().Split('+') is [_, { Length: > 0 } commit] ? commit[..Math.Min(12, commit.Length)] : null;

    private static string Read() =>
        typeof(ToolVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
}
