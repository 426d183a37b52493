namespace ProxSharp.Pve.Guests;

/// <summary>Ways to options of a guest that have no typed member.</summary>
public static class GuestSettingsExtensions
{
    /// <summary>Returns a copy in which an option has another text.</summary>
    /// <param name="settings">The configuration or specification.</param>
    /// <param name="key">The wire name of the option.</param>
    /// <param name="value">Its text; null removes it.</param>
    /// <typeparam name="T">The type of the configuration or specification.</typeparam>
    public static T With<T>(this T settings, string key, string? value)
        where T : GuestSettings
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentException.ThrowIfNullOrEmpty(key);
        return (T)settings.Replace(key, value);
    }

    /// <summary>Returns a copy with cloud-init settings.</summary>
    /// <param name="settings">The configuration or specification of a VM.</param>
    /// <param name="cloudInit">What cloud-init does; members that are null leave the option as it is.</param>
    /// <typeparam name="T">The type of the configuration or specification.</typeparam>
    public static T WithCloudInit<T>(this T settings, CloudInitSettings cloudInit)
        where T : VmSettings
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(cloudInit);
        return (T)cloudInit.ApplyTo(settings);
    }
}
