using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Files.Targets;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Tests.Files;

/// <summary>
/// What a restore that was killed leaves under temporary names. Alone: a program that another test starts in the meantime inherits the lock of a file until
/// it runs.
/// </summary>
[Collection(nameof(AbandonedFileTests))]
[CollectionDefinition(nameof(AbandonedFileTests), DisableParallelization = true)]
public sealed class AbandonedFileTests
{
    private static readonly Sha256Digest OtherArchive = new(System.Security.Cryptography.SHA256.HashData("another archive"u8));

    private static readonly PxarMetadata Plain = PxarMetadata.Create(PxarEntryKind.File, 0b110_100_100) with { ModificationTime = new(1_600_000_000, 0) };

    [Fact]
    public void IsOurs_NamesOfOthers_AreNot()
    {
        string name = TemporaryName.Create().ToString();
        char digit = name[^5] == '0' ? '1' : '0';
        string[] foreign =
        [
            $".proxsharp-{Guid.NewGuid():N}.tmp", $".proxsharp-{new string('0', 32)}.tmp", name.ToUpperInvariant(), name + "x", "x" + name, name[1..],
            name[..^5] + digit + ".tmp", $".proxsharp-{new string('z', 32)}.tmp", ".proxsharp-.tmp", "file",
        ];

        Assert.True(TemporaryName.IsOurs(new(name)));
        Assert.NotEqual(name, TemporaryName.Create().ToString());
        Assert.All(foreign, static other => Assert.False(TemporaryName.IsOurs(new(other)), other));
    }

    [Theory]
    [InlineData(ExistingFiles.Overwrite)]
    [InlineData(ExistingFiles.Skip)]
    [InlineData(ExistingFiles.KeepSameTime)]
    [InlineData(ExistingFiles.KeepSameContent)]
    public async Task Extract_LeftoversOfAKilledRestore_AreRemoved(ExistingFiles policy)
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        tree.Write("sub/f", "old");
        tree.Write("other/f", "old");
        tree.Write(TemporaryName.Create().ToString(), "part");
        tree.Write($"sub/{TemporaryName.Create()}", "part");
        File.CreateSymbolicLink(tree.Combine($"sub/{TemporaryName.Create()}"), "/etc/hostname");

        await ExtractAsync(tree, policy);

        Assert.Equal(["other", "sub"], NamesIn(tree.Path));
        Assert.Equal(["f"], NamesIn(tree.Combine("sub")));
        Assert.Equal(policy == ExistingFiles.Skip ? "old" : "new", File.ReadAllText(tree.Combine("sub/f")));
    }

    [Fact]
    public async Task Extract_ForeignFilesOfLikeNames_Stay()
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        string[] foreign = [$".proxsharp-{Guid.NewGuid():N}.tmp", ".proxsharp-.tmp", $"{TemporaryName.Create()}.old"];
        foreach (string name in foreign)
            tree.Write($"sub/{name}", "precious");
        string folder = TemporaryName.Create().ToString();
        tree.Write($"sub/{folder}/precious", "precious");
        // Nothing of the archive is there.
        tree.Write($"elsewhere/{TemporaryName.Create()}", "part");

        await ExtractAsync(tree, ExistingFiles.KeepSameContent);

        Assert.Equal([.. ((string[])[.. foreign, folder, "f"]).Order(StringComparer.Ordinal)], NamesIn(tree.Combine("sub")));
        Assert.True(File.Exists(tree.Combine($"sub/{folder}/precious")));
        Assert.Single(NamesIn(tree.Combine("elsewhere")));
    }

    [Fact]
    public async Task Extract_WhileAnotherRestoreReplacesAFile_LeavesItsPartAlone()
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        tree.Write("sub/f", "old");
        using ITargetDirectory root = TargetTrees.Create().OpenRoot(tree.Path);
        string left = TemporaryName.Create().ToString();
        tree.Write($"sub/{left}", "part");
        PxarName part;
        using (ITargetDirectory living = root.Enter(new("sub")))
        {
            part = living.NameTemporary();
            using ITargetFile file = living.Create(part, 0x180);
            await ExtractAsync(tree, ExistingFiles.KeepSameContent);
            Assert.Equal([.. ((string[])[left, part.ToString(), "f"]).Order(StringComparer.Ordinal)], NamesIn(tree.Combine("sub")));
        }

        // It ended without tidying up, as when it is killed.
        await ExtractAsync(tree, ExistingFiles.KeepSameContent);
        Assert.Equal(["f"], NamesIn(tree.Combine("sub")));
    }

    [Fact]
    public async Task Extract_DirectoryLockedBySomebodyElse_StillReplacesFiles()
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        tree.Write("sub/f", "old");
        using Descriptor sub = Descriptor.Open(tree.Combine("sub"), Libc.DirectoryOnly);
        Assert.Equal(0, Libc.Lock(sub, Libc.LockAlone));

        await ExtractAsync(tree, ExistingFiles.Overwrite);

        Assert.Equal("new", File.ReadAllText(tree.Combine("sub/f")));
        Assert.Equal(["f"], NamesIn(tree.Combine("sub")));
    }

    /// <summary>What another restore left may still be gone on with, and may be no such thing at all.</summary>
    [Theory]
    [InlineData(ExistingFiles.Overwrite)]
    [InlineData(ExistingFiles.Skip)]
    [InlineData(ExistingFiles.KeepSameTime)]
    [InlineData(ExistingFiles.KeepSameContent)]
    public async Task Extract_WhatBrokenRestoresHaveLeft_OnlyWhatIsOfThisOneGoes(ExistingFiles policy)
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        WriteKept(tree);
        string foreign = TemporaryName.OfPart(new("f"), OtherArchive).ToString();
        string[] stay = [OwnPart("gone"), foreign, "f", .. (string[])(policy == ExistingFiles.Skip ? [OwnPart("f")] : [])];
        tree.Write($"sub/{foreign}", "part");

        await ExtractAsync(tree, policy);

        Assert.Equal([".proxsharp-resume-0123456789abcdef", "other", "sub"], NamesIn(tree.Path));
        Assert.Equal([.. stay.Order(StringComparer.Ordinal)], NamesIn(tree.Combine("sub")));
        Assert.Equal("part", File.ReadAllText(tree.Combine($"sub/{foreign}")));
    }

    /// <summary>Of a large file too, and whether or not this restore would leave parts itself.</summary>
    [Theory]
    [InlineData(ExistingFiles.Overwrite, false)]
    [InlineData(ExistingFiles.Overwrite, true)]
    [InlineData(ExistingFiles.KeepSameTime, false)]
    [InlineData(ExistingFiles.KeepSameContent, false)]
    [InlineData(ExistingFiles.KeepSameContent, true)]
    public async Task Extract_LargeFileIsReplaced_ItsPartGoesAndThatOfAnotherArchiveStays(ExistingFiles policy, bool keepParts)
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        byte[] content = new byte[300_000];
        content.AsSpan().Fill(7);
        string foreign = TemporaryName.OfPart(new("f"), OtherArchive).ToString();
        tree.Write(OwnPart("f"), "part");
        tree.Write(foreign, "part");
        tree.Write("f", new byte[content.Length]);
        using MemoryStream archive = new();
        PxarWriter writer = PxarWriter.Create(archive, PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101));
        writer.WriteFile(new("f"), Plain, content);
        writer.Finish();

        await Archives.ExtractAsync(archive.ToArray(), tree.Path, new() { Existing = policy, RestoreOwnership = false, KeepParts = keepParts });

        Assert.Equal([foreign, "f"], NamesIn(tree.Path));
        Assert.Equal(content, File.ReadAllBytes(tree.Combine("f")));
        Assert.Equal("part", File.ReadAllText(tree.Combine(foreign)));
    }

    [Fact]
    public async Task Extract_WhatBrokenRestoresHaveLeft_StaysForARestoreOfAPart()
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        WriteKept(tree);

        await ExtractAsync(tree, ExistingFiles.Skip, "/sub/f");

        Assert.Equal([".proxsharp-resume-0123456789abcdef", "other", "sub"], NamesIn(tree.Path));
        Assert.Equal([.. ((string[])[OwnPart("f"), OwnPart("gone"), "f"]).Order(StringComparer.Ordinal)], NamesIn(tree.Combine("sub")));
    }

    [Fact]
    public async Task Extract_PartInUseByAnotherRestore_Stays()
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        WriteKept(tree);
        using ITargetDirectory root = TargetTrees.Create().OpenRoot(tree.Path);
        using (ITargetDirectory living = root.Enter(new("sub")))
        {
            _ = living.NameTemporary();
            await ExtractAsync(tree, ExistingFiles.Overwrite);
            Assert.Equal(3, NamesIn(tree.Combine("sub")).Length);
        }
    }

    /// <summary>Who asks for the directory alone in vain has no lock at all any more, if nobody takes it again.</summary>
    [Fact]
    public void DeleteKept_WhileAnotherRestoreIsThere_KeepsItsOwnLock()
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        tree.Write(OwnPart("f"), "part");
        using ITargetDirectory one = TargetTrees.Create().OpenRoot(tree.Path);
        PxarName name = one.NameTemporary();
        tree.Write(name.ToString(), "under way");
        using (ITargetDirectory other = TargetTrees.Create().OpenRoot(tree.Path))
        {
            _ = other.NameTemporary();
            one.DeleteKept([new(OwnPart("f"))]);
        }

        using ITargetDirectory third = TargetTrees.Create().OpenRoot(tree.Path);
        third.DeleteAbandoned();

        Assert.NotNull(one.Find(name));
        Assert.NotNull(one.Find(new(OwnPart("f"))));
    }

    /// <summary>A tree that was backed up with a broken restore in it is restored as it was.</summary>
    [Fact]
    public async Task Extract_ArchiveHasSuchNamesItself_RestoresThem()
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        string name = TemporaryName.OfPart(new("f")).ToString();
        tree.Write($"sub/{name}", "old");

        await ExtractAsync(tree, ExistingFiles.Overwrite, more: name);

        Assert.Equal([name, "f"], NamesIn(tree.Combine("sub")));
        Assert.Equal("more", File.ReadAllText(tree.Combine($"sub/{name}")));
    }

    [Theory]
    [InlineData(ExistingFiles.Overwrite)]
    [InlineData(ExistingFiles.KeepSameContent)]
    public async Task Extract_DirectoryHasTheNameOfAPart_IsInNobodysWay(ExistingFiles policy)
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        byte[] content = new byte[300_000];
        content.AsSpan().Fill(7);
        string folder = TemporaryName.OfPart(new("f")).ToString();
        tree.Write($"{folder}/precious", "precious");
        tree.Write("f", new byte[content.Length]);
        using MemoryStream archive = new();
        PxarWriter writer = PxarWriter.Create(archive, PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101));
        writer.WriteFile(new("f"), Plain, content);
        writer.Finish();

        await Archives.ExtractAsync(archive.ToArray(), tree.Path, new() { Existing = policy, RestoreOwnership = false, KeepParts = true });

        Assert.Equal([folder, "f"], NamesIn(tree.Path));
        Assert.Equal(content, File.ReadAllBytes(tree.Combine("f")));
        Assert.Equal("precious", File.ReadAllText(tree.Combine($"{folder}/precious")));
    }

    [Fact]
    public void IsKept_NamesOfOthers_AreNot()
    {
        string part = TemporaryName.OfPart(new("f")).ToString();
        string[] foreign =
        [
            part.ToUpperInvariant(), part + "x", part[1..], $".proxsharp-{new string('z', 32)}.part", ".proxsharp-.part", ".proxsharp-resume-",
            ".proxsharp-resume-0123456789abcdeg", ".proxsharp-resume-0123456789abcdef0", TemporaryName.Create().ToString(), "file",
        ];

        Assert.True(TemporaryName.IsKept(new(part)));
        Assert.True(TemporaryName.IsKept(TemporaryName.OfJournal(default)));
        Assert.All(foreign, static other => Assert.False(TemporaryName.IsKept(new(other)), other));
    }

    private static void WriteKept(TempTree tree)
    {
        tree.Write(".proxsharp-resume-0123456789abcdef", "journal");
        tree.Write("other/f", "old");
        tree.Write("sub/f", "old");
        tree.Write($"sub/{TemporaryName.OfPart(new("f"))}", "part");
        tree.Write($"sub/{TemporaryName.OfPart(new("gone"))}", "part");
    }

    private static string OwnPart(string name) => TemporaryName.OfPart(new(name)).ToString();

    private static string[] NamesIn(string path) => [.. Directory.GetFileSystemEntries(path).Select(static entry => Path.GetFileName(entry)!).Order(StringComparer.Ordinal)];

    private static Task<TreeExtractResult> ExtractAsync(TempTree tree, ExistingFiles policy, string? pattern = null, string? more = null)
    {
        PxarMetadata directory = PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101);
        using MemoryStream archive = new();
        PxarWriter writer = PxarWriter.Create(archive, directory);
        writer.BeginDirectory(new("sub"), directory);
        if (more is not null)
            writer.WriteFile(new(more), Plain, "more"u8.ToArray());
        writer.WriteFile(new("f"), Plain, "new"u8.ToArray());
        writer.EndDirectory();
        writer.Finish();
        TreeExtractOptions options = new() { Existing = policy, RestoreOwnership = false };
        return Archives.ExtractAsync(archive.ToArray(), tree.Path, pattern is null ? options : options with { Includes = [PathPattern.Parse(pattern)] });
    }
}
