import { Icon } from '../shared/Icon.tsx';
import { useWorkplace } from '../workplace.ts';

export function SoundSwitch() {
  const { isSoundOn } = useWorkplace().alerts;
  const label = isSoundOn.value ? 'Sound for new handoffs: on' : 'Sound for new handoffs: off';
  return (
    <button
      type="button"
      role="switch"
      class="icon-button"
      aria-checked={isSoundOn.value}
      aria-label="Sound for new handoffs"
      title={label}
      onClick={() => {
        isSoundOn.value = !isSoundOn.value;
      }}
    >
      <Icon name={isSoundOn.value ? 'soundOn' : 'soundOff'} />
    </button>
  );
}
