import { createApp } from 'vue'
import 'element-plus/theme-chalk/base.css'
import './theme/tokens.css'
import './theme/common.css'
import './theme/element.css'
import './theme/print.css'
import { onExpired } from './api/client'
import App from './App.vue'
import { locale, setLocale } from './i18n'
import { router } from './router'
import { ended } from './session'
import { followTheme } from './theme'

followTheme()
onExpired(() => {
  ended()
  const at = router.currentRoute.value
  if (at.meta.console && at.name !== 'sign-in') void router.push({ name: 'sign-in', query: { next: at.fullPath, ended: '1' } })
})
void setLocale(locale.value).then(() => createApp(App).use(router).mount('#app'))
