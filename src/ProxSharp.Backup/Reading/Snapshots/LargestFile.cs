using System.Globalization;

namespace ProxSharp.Backup.Reading.Snapshots;

/// <summary>A file system that cannot hold a file as large as the one that is restored.</summary>
internal static class LargestFile
{
    /// <summary>Finds out how large a file may be, which no call tells, and gives the error that says so.</summary>
    /// <param name="path">The path that was asked for.</param>
    /// <param name="length">The length of the file, which it has again at the end.</param>
    /// <param name="size">The length that was refused.</param>
    /// <param name="setLength">Changes the length; refusals are <see cref="ArgumentOutOfRangeException"/>.</param>
    /// <param name="failure">The refusal.</param>
    public static IOException Tell(string path, long length, long size, Action<long> setLength, Exception failure)
    {
        long limit = Find(length, size, setLength);
        setLength(length);
        return new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{path} cannot be written: its file system holds files of {limit} bytes at most, and the image has {size}. Restore it to another file system, or to a device."),
            failure);
    }

    private static long Find(long fits, long tooLarge, Action<long> setLength)
    {
        while (tooLarge - fits > 1)
        {
            long middle = fits + ((tooLarge - fits) / 2);
            try
            {
                setLength(middle);
                fits = middle;
            }
            catch (ArgumentOutOfRangeException)
            {
                tooLarge = middle;
            }
        }

        return fits;
    }
}
