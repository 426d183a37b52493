using ProxSharp.CodeGen.Output;

namespace ProxSharp.CodeGen.Tests;

public sealed class GeneratedFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("proxsharp-codegen");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Write_StaleAndChangedFiles_AreRemovedAndReplaced()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "stale.g.cs"), "old");
        File.WriteAllText(Path.Combine(_folder.FullName, "changed.g.cs"), "old");
        File.WriteAllText(Path.Combine(_folder.FullName, "same.g.cs"), "same");
        GeneratedFiles files = new(_folder.Parent!.FullName, _folder.Name);
        files.Add("changed.g.cs", "new");
        files.Add("same.g.cs", "same");
        files.Add("below/added.g.cs", "added");

        Assert.Equal(["below/added.g.cs", "changed.g.cs", "stale.g.cs"], files.Differences());
        Assert.Equal(3, files.Write());

        Assert.Empty(files.Differences());
        Assert.False(File.Exists(Path.Combine(_folder.FullName, "stale.g.cs")));
        Assert.Equal("new", File.ReadAllText(Path.Combine(_folder.FullName, "changed.g.cs")));
    }
}
