using ProxSharp.Tasks;

namespace ProxSharp.Core.Tests.Tasks;

/// <summary>The forms in which workers write how far they are.</summary>
public sealed class TaskProgressTests
{
    private const long MiB = 1L << 20;
    private const long GiB = 1L << 30;

    [Theory]
    [InlineData("drive-scsi0: transferred 1.5 GiB of 32.0 GiB (4.69%) in 5s", 0.0469, (3 * GiB) / 2, 32 * GiB)]
    [InlineData("drive-efidisk0: transferred 528.0 KiB of 528.0 KiB (100.00%) in 0s, ready", 1.0, 528 * 1024L, 528 * 1024L)]
    [InlineData("mirror-scsi0: transferred 0.0 B of 32.0 GiB (0.00%) in 0s", 0.0, 0L, 32 * GiB)]
    [InlineData("restore-scsi0: transferred 8.0 MiB of 8.0 GiB (0.10%) in 1s", 0.001, 8 * MiB, 8 * GiB)]
    [InlineData("transferred 327.7 MiB of 32.0 GiB (1.00%)", 0.01, 343618355L, 32 * GiB)]
    [InlineData("transferred: 4096 bytes remaining: 4096 bytes total: 8192 bytes progression: 50.00 % busy: 1 ready: 0", 0.5, 4096L, 8192L)]
    [InlineData("drive-virtio0: transferred: 4096 bytes remaining: 12288 bytes total: 16384 bytes progression: 25.00 % busy: 1 ready: 0", 0.25, 4096L, 16384L)]
    [InlineData("2026-07-01 08:00:03 migration active, transferred 256.0 MiB of 4.0 GiB VM-state, 112.5 MiB/s", 0.0625, 256 * MiB, 4 * GiB)]
    [InlineData("migration active, transferred 5.0 GiB of 4.0 GiB VM-state, 112.5 MiB/s", 1.0, 5 * GiB, 4 * GiB)]
    [InlineData("Jul 01 08:00:03 migration status: active (transferred 1024, remaining 3072), total 4096)", 0.25, 1024L, 4096L)]
    [InlineData("INFO:  12% (3.8 GiB of 32.0 GiB) in 12s, read: 324.3 MiB/s, write: 0 B/s", 0.12, 4080218931L, 32 * GiB)]
    [InlineData("INFO: 100% (32.0 GiB of 32.0 GiB) in 1m 42s, read: 324.3 MiB/s, write: 300.0 MiB/s", 1.0, 32 * GiB, 32 * GiB)]
    [InlineData("INFO: status: 12% (4123168768/34359738368), sparse 0% (1234), duration 12, read/write 343/340 MB/s", 0.12, 4123168768L, 34359738368L)]
    [InlineData("progress 12% (read 4123168768 bytes, duration 3 sec)", 0.12, 4123168768L, null)]
    [InlineData("progress 5% (read 1717986918 bytes, zeroes = 50% (858993459 bytes), duration 2 sec)", 0.05, 1717986918L, null)]
    [InlineData("     0K ........ ........ ........ ........  4% 25.3M 28s", 0.04, 0L, null)]
    [InlineData(" 32768K ........ ........ ........ ........ 12% 98.3M 5s", 0.12, 32 * MiB, null)]
    [InlineData("Image copy: 25% complete...", 0.25, null, null)]
    [InlineData("Removing image: 99% complete...", 0.99, null, null)]
    [InlineData("/dev/sdb: Moved: 12.50%", 0.125, null, null)]
    [InlineData("percentage done: 12.50% (1/8 groups, 0/4 snapshots in group #2)", 0.125, null, null)]
    [InlineData("processed 40% (4000 chunks)", 0.4, null, null)]
    [InlineData("marked 5% (3 of 60 index files)", 0.05, null, null)]
    [InlineData("4123168768 bytes (4.1 GB, 3.8 GiB) copied, 12 s, 343 MB/s", null, 4123168768L, null)]
    [InlineData("2026-07-01 08:00:03 4096 bytes copied", null, 4096L, null)]
    [InlineData("Total bytes read: 2007040 (2.0MiB, 52MiB/s)", null, 2007040L, null)]
    [InlineData("INFO: Total bytes written: 2007040 (2.0MiB, 52MiB/s)", null, 2007040L, null)]
    [InlineData("08:00:03   1.25G   rpool/data/vm-100-disk-0@__migration__", null, (5 * GiB) / 4, null)]
    [InlineData("2026-07-01 08:00:03 08:00:02   512M   rpool/data/subvol-200-disk-0@__replicate_200-0_1__", null, 512 * MiB, null)]
    [InlineData("INFO: processed 1.5 GiB in 1m, uploaded 600.0 MiB", null, (3 * GiB) / 2, null)]
    public void TryParse_LineWithProgress_IsRead(string line, double? fraction, long? done, long? total)
    {
        Assert.True(TaskProgress.TryParse(line, out TaskProgress? progress));
        Assert.Equal(fraction ?? -1, progress.Fraction ?? -1, 9);
        Assert.Equal(done, progress.BytesDone);
        Assert.Equal(total, progress.BytesTotal);
        Assert.Equal(line.Trim(), progress.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("TASK OK")]
    [InlineData("no content")]
    [InlineData("create full clone of drive scsi0 (local-lvm:base-9000-disk-0)")]
    [InlineData("INFO: starting new backup job: vzdump 100 --mode snapshot")]
    [InlineData("INFO: backup is sparse: 28.60 GiB (89%) total zero data")]
    [InlineData("WARN: storage is 95% full")]
    [InlineData("100000 transfers done")]
    [InlineData("extracting archive '/var/lib/vz/template/cache/alpine-3.20-mini_20240101_amd64.tar.gz'")]
    [InlineData("Formatting '/var/lib/vz/images/110/vm-110-disk-0.qcow2', fmt=qcow2 cluster_size=65536 size=1073741824")]
    [InlineData("sent mail to root@pam")]
    public void TryParse_OtherLine_TellsNothing(string line) => Assert.False(TaskProgress.TryParse(line, out _));

    [Theory]
    [InlineData("transferred 99999999999999999999999 EiB of 99999999999999999999999 EiB (1.00%)", 0.01)]
    [InlineData("progress 100000% (read 5 bytes)", 1.0)]
    public void TryParse_NumbersOutOfRange_AreNoError(string line, double fraction)
    {
        Assert.True(TaskProgress.TryParse(line, out TaskProgress? progress));
        Assert.Equal(fraction, progress.Fraction);
    }
}
