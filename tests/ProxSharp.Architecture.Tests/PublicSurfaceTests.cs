using System.Reflection;
using PublicApiGenerator;

namespace ProxSharp.Architecture.Tests;

/// <summary>
/// The public surface of each hand-written library is listed in <c>api/</c>, so that a change to it shows in review. Run the tests with
/// <c>UPDATE_SNAPSHOTS=1</c> to accept a change. The generated assemblies are listed by their own checked-in sources.
/// </summary>
public sealed class PublicSurfaceTests
{
    [Theory]
    [InlineData("ProxSharp.Core")]
    [InlineData("ProxSharp.Pve")]
    [InlineData("ProxSharp.Pbs")]
    [InlineData("ProxSharp.Extensions.DependencyInjection")]
    [InlineData("ProxSharp.Backup.Formats")]
    [InlineData("ProxSharp.Backup")]
    [InlineData("ProxSharp.Operations")]
    [InlineData("ProxSharp.Mcp")]
    [InlineData("ProxSharp.Simulator")]
    public void PublicSurface_IsAsListed(string library)
    {
        Assembly assembly = Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, library + ".dll"));
        string surface = assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }).ReplaceLineEndings("\n").TrimEnd() + "\n";
        string file = Path.Combine(Repository.Root, "api", library + ".txt");
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, surface);
        }

        Assert.Equal(File.ReadAllText(file).ReplaceLineEndings("\n"), surface);
    }
}
