using ProxSharp.Backup.Files;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Tests.Files;

public sealed class KeptFileTests
{
    private static readonly PxarMetadata Plain = PxarMetadata.Create(PxarEntryKind.File, 0b110_100_100) with { ModificationTime = new(1_600_000_000, 123_456_700) };

    // Version 2, with the right to bind to low ports.
    private static readonly byte[] Capability = [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    [Theory]
    [InlineData(ExistingFiles.KeepSameTime)]
    [InlineData(ExistingFiles.KeepSameContent)]
    public async Task Extract_KeptFileWithOtherAttributesAndAcl_MakesThemRight(ExistingFiles policy)
    {
        TempTree.RequireAll();
        PosixAclPermissions read = (PosixAclPermissions)4;
        const string name = "user.origin";
        PxarMetadata withAcl = Plain with { Acl = new() { Users = [new(1000, read)], GroupObject = read } };
        byte[] archive = Write(writer =>
        {
            writer.WriteFile(new("acl"), withAcl, "x"u8.ToArray());
            writer.WriteFile(new("attribute"), Plain with { Xattrs = [new(name, "right"u8.ToArray())] }, "x"u8.ToArray());
            writer.WriteFile(new("more"), Plain with { Xattrs = [new(name, "right"u8.ToArray())] }, "x"u8.ToArray());
            writer.WriteFile(new("plain"), Plain, "x"u8.ToArray());
        });
        // The same contents, times, owners and modes.
        byte[] other = Write(writer =>
        {
            writer.WriteFile(new("acl"), Plain, "x"u8.ToArray());
            writer.WriteFile(new("attribute"), Plain with { Xattrs = [new(name, "wrong"u8.ToArray())] }, "x"u8.ToArray());
            PxarXattr[] more = [new(name, "right"u8.ToArray()), new("user.more", "x"u8.ToArray()), new("trusted.more", "x"u8.ToArray())];
            writer.WriteFile(new("more"), Plain with { Xattrs = more, FileCapability = Capability }, "x"u8.ToArray());
            writer.WriteFile(new("plain"), withAcl, "x"u8.ToArray());
        });
        using TempTree tree = new();
        await Archives.ExtractAsync(other, tree.Path);
        Assert.NotEqual(Archives.Describe(archive), Archives.Describe(await Archives.WriteAsync(tree.Path)));
        TreeExtractResult result = await Archives.ExtractAsync(archive, tree.Path, new() { Existing = policy });
        Assert.Equal(4, result.KeptFiles);
        Assert.Empty(result.Warnings);
        Assert.Equal(Archives.Describe(archive), Archives.Describe(await Archives.WriteAsync(tree.Path)));
    }

    private static byte[] Write(Action<PxarWriter> fill)
    {
        using MemoryStream archive = new();
        PxarWriter writer = PxarWriter.Create(archive, PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101));
        fill(writer);
        writer.Finish();
        return archive.ToArray();
    }
}
